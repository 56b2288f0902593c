#include <cstdlib>
#include <cstring>
#include <iostream>
#include <stdexcept>

#include "report.hpp"
#include "text.hpp"

static int usage(const std::string& fault) {
    std::cerr << "wordfreq: " << fault << "\nusage: wordfreq [--top N] [--min N] FILE\n";
    return 2;
}

static bool read_number(const char* text, int& value) {
    char* end = nullptr;
    const long number = std::strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || number < 1 || number > 1000000) {
        return false;
    }
    value = static_cast<int>(number);
    return true;
}

int main(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; i++) {
        if (std::strcmp(argv[i], "--top") == 0 || std::strcmp(argv[i], "--min") == 0) {
            int& value = argv[i][2] == 't' ? options.top : options.least;
            if (i + 1 == argc || !read_number(argv[i + 1], value)) {
                return usage(std::string(argv[i]) + " needs a number from 1 to 1000000");
            }
            i++;
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
            return usage(std::string("unknown option ") + argv[i]);
        } else if (!options.path.empty()) {
            return usage("more than one file");
        } else {
            options.path = argv[i];
        }
    }
    if (options.path.empty()) {
        return usage("no file");
    }
    try {
        print_report(words_of(read_lines(options.path)), options);
    } catch (const std::runtime_error& error) {
        std::cerr << "wordfreq: " << error.what() << "\n";
        return 1;
    }
    return 0;
}
