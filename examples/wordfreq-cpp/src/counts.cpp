#include "counts.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "text.hpp"

static bool more_frequent(Count left, Count right) {
    if (left.second != right.second) {
        return left.second > right.second;
    }
    return left.first < right.first;
}

std::vector<Count> count_words(std::vector<std::string> words) {
    std::map<std::string, int> counts;
    for (std::string word : words) {
        if (is_stop_word(word)) {
            continue;
        }
        if (counts.find(word) != counts.end()) {
            counts[word] = counts[word] + 1;
        } else {
            counts[word] = 1;
        }
    }
    std::vector<Count> result;
    for (auto entry : counts) {
        result.push_back(entry);
    }
    std::sort(result.begin(), result.end(), more_frequent);
    return result;
}

std::vector<Count> count_pairs(std::vector<std::string> words, int least) {
    std::map<std::string, int> counts;
    for (size_t i = 0; i + 1 < words.size(); i++) {
        if (is_stop_word(words[i]) || is_stop_word(words[i + 1])) {
            continue;
        }
        counts[words[i] + " " + words[i + 1]]++;
    }
    std::vector<Count> result;
    for (auto entry : counts) {
        if (entry.second >= least) {
            result.push_back(entry);
        }
    }
    std::sort(result.begin(), result.end(), more_frequent);
    return result;
}

std::vector<Count> at_least(std::vector<Count> counts, int least) {
    for (size_t i = 0; i < counts.size();) {
        if (counts[i].second < least) {
            counts.erase(counts.begin() + i);
        } else {
            i++;
        }
    }
    return counts;
}

std::vector<int> lengths(std::vector<std::string> words) {
    std::vector<int> result(1, 0);
    for (std::string word : words) {
        if (word.size() >= result.size()) {
            result.resize(word.size() + 1, 0);
        }
        result[word.size()]++;
    }
    return result;
}

double length_spread(std::vector<std::string> words) {
    if (words.empty()) {
        return 0.0;
    }
    double total = 0.0;
    for (std::string word : words) {
        total += word.size();
    }
    const double mean = total / words.size();
    double squares = 0.0;
    for (std::string word : words) {
        squares += std::pow(word.size() - mean, 2);
    }
    return std::sqrt(squares / words.size());
}
