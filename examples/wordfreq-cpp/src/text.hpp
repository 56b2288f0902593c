// Reading text and cutting it into words.
#pragma once

#include <string>
#include <vector>

// Lines of a file without comments. Throws std::runtime_error if it cannot be read.
std::vector<std::string> read_lines(const std::string& path);

bool is_comment(std::string line);

// Words of a line in lower case.
std::vector<std::string> split_words(std::string line);

// All words of all lines, in order.
std::vector<std::string> words_of(std::vector<std::string> lines);

// Whether the word is one of the small words that say little about a text.
bool is_stop_word(std::string word);
