#include "report.hpp"

#include <iomanip>
#include <iostream>

#include "counts.hpp"

static void print_table(std::string title, std::vector<Count> counts, int top) {
    std::cout << title << std::endl;
    int row = 0;
    for (auto entry : counts) {
        if (top > 0 && row == top) {
            break;
        }
        std::cout << std::setw(8) << entry.second << "  " << entry.first << std::endl;
        row++;
    }
}

void print_report(std::vector<std::string> words, Options options) {
    std::vector<Count> counts = count_words(words);
    std::cout << "words     " << words.size() << std::endl;
    std::cout << "distinct  " << counts.size() << std::endl;
    std::cout << "spread    " << std::fixed << std::setprecision(4) << length_spread(words)
              << std::endl;
    print_table("frequent words", at_least(counts, options.least), options.top);
    print_table("frequent pairs", count_pairs(words, options.least + 1), options.top);
    std::cout << "lengths" << std::endl;
    std::vector<int> by_length = lengths(words);
    for (size_t length = 1; length < by_length.size(); length++) {
        std::cout << std::setw(8) << by_length[length] << "  " << length << std::endl;
    }
}
