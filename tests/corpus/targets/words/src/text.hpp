#pragma once

#include <string>
#include <utility>
#include <vector>

using Words = std::vector<std::string>;

/// Lower-case words of a text; everything but letters separates them.
Words split(std::string text);

/// Distinct words with their counts, most frequent first, ties by word.
std::vector<std::pair<std::string, int>> counted(Words words);

/// Longest word that reads the same backwards; of equals the first.
std::string mirror(Words words);

/// How many pairs of neighbours stand in alphabetical order.
long ordered(Words words);

/// Root of the mean squared length; throws std::invalid_argument without words.
double spread(Words words);
