// Printing.
#pragma once

#include <string>
#include <vector>

struct Options {
    std::string path;
    int top = 0;  // rows a table, 0 for all
    int least = 2;
};

void print_report(std::vector<std::string> words, Options options);
