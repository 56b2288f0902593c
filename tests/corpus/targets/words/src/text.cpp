#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

Words split(std::string text) {
  Words words;
  std::string word;
  for (std::size_t i = 0; i <= text.size(); i++) {
    char c = i < text.size() ? text[i] : ' ';
    if (c >= 'A' && c <= 'Z') c = c - 'A' + 'a';
    if (c >= 'a' && c <= 'z') {
      word = word + c;
    } else if (!word.empty()) {
      words.push_back(word);
      word = "";
    }
  }
  return words;
}

std::vector<std::pair<std::string, int>> counted(Words words) {
  std::vector<std::pair<std::string, int>> found;
  for (std::string word : words) {
    bool known = false;
    for (auto& entry : found) {
      if (entry.first == word) {
        entry.second++;
        known = true;
        break;
      }
    }
    if (!known) found.push_back({word, 1});
  }
  std::sort(found.begin(), found.end(), [](auto left, auto right) {
    return left.second != right.second ? left.second > right.second : left.first < right.first;
  });
  return found;
}

static bool reads_back(std::string word) {
  std::string back;
  for (char c : word) back = c + back;
  return back == word;
}

std::string mirror(Words words) {
  std::string best;
  for (std::string word : words) {
    if (reads_back(word) && word.size() > best.size()) best = word;
  }
  return best;
}

long ordered(Words words) {
  long count = 0;
  for (std::size_t i = 1; i < words.size(); i++) {
    std::string left = words.at(i - 1), right = words.at(i);
    if (left <= right) count++;
  }
  return count;
}

double spread(Words words) {
  if (words.empty()) throw std::invalid_argument("no words");
  double total = 0;
  for (std::size_t i = 0; i < words.size(); i++) {
    total += std::pow(static_cast<double>(words.at(i).size()), 2);
  }
  return std::sqrt(total / words.size());
}
