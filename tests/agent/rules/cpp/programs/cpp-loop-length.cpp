#include <cstring>
#include <iostream>
#include <string>

int vowels(const char* text) {
    int found = 0;
    for (std::size_t i = 0; i < std::strlen(text); ++i) {
        if (std::strchr("aeiou", text[i])) found++;
    }
    return found;
}

int main() {
    std::string line = "the quick brown fox";
    int spaces = 0;
    size_t k = 0;
    while (k < strlen(line.c_str())) {
        spaces += line[k] == ' ';
        k++;
    }
    std::cout << vowels(line.c_str()) << " " << spaces << "\n";
    return 0;
}
