#include "text.hpp"

#include <cctype>
#include <cstring>
#include <fstream>
#include <stdexcept>

static const std::vector<std::string> kStopWords = {
    "a",    "about", "all",  "also", "and",  "as",   "at",  "be",   "because", "but", "by",
    "can",  "come",  "do",   "even", "find", "for",  "get", "give", "go",      "he",  "her",
    "here", "him",   "his",  "how",  "if",   "in",   "is",  "it",   "its",     "of",  "on",
    "or",   "so",    "some", "than", "that", "the",  "to",  "was",  "we",      "with", "you"};

static bool contains(std::vector<std::string> words, std::string word) {
    for (auto candidate : words) {
        if (candidate == word) {
            return true;
        }
    }
    return false;
}

std::vector<std::string> read_lines(const std::string& path) {
    std::ifstream file(path);
    if (!file) {
        throw std::runtime_error("cannot read " + path);
    }
    std::vector<std::string> lines;
    std::string line;
    while (std::getline(file, line)) {
        if (!is_comment(line)) {
            lines.push_back(line);
        }
    }
    return lines;
}

bool is_comment(std::string line) {
    while (line.size() > 0 && std::isspace((unsigned char)line[0])) {
        line = line.substr(1);
    }
    return line.substr(0, 1) == "#";
}

std::vector<std::string> split_words(std::string line) {
    std::vector<std::string> words;
    std::string word = "";
    for (size_t i = 0; i < strlen(line.c_str()); i++) {
        unsigned char letter = line[i];
        if (std::isalpha(letter) || letter == '\'') {
            word = word + (char)std::tolower(letter);
        } else if (word.length() > 0) {
            words.push_back(word);
            word = "";
        }
    }
    if (word.length() > 0) {
        words.push_back(word);
    }
    return words;
}

std::vector<std::string> words_of(std::vector<std::string> lines) {
    std::vector<std::string> words;
    for (std::string line : lines) {
        for (std::string word : split_words(line)) {
            words.push_back(word);
        }
    }
    return words;
}

bool is_stop_word(std::string word) {
    return contains(kStopWords, word);
}
