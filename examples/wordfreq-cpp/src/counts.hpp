// Counting.
#pragma once

#include <string>
#include <utility>
#include <vector>

using Count = std::pair<std::string, int>;

// How often each word comes, most frequent first, ties in alphabetical order.
std::vector<Count> count_words(std::vector<std::string> words);

// How often two words stand next to each other, without pairs that come fewer than `least` times.
std::vector<Count> count_pairs(std::vector<std::string> words, int least);

// Without the entries that come fewer than `least` times.
std::vector<Count> at_least(std::vector<Count> counts, int least);

// Number of words of each length; index 0 is unused.
std::vector<int> lengths(std::vector<std::string> words);

// Standard deviation of the word lengths, 0 for no words.
double length_spread(std::vector<std::string> words);
