#include <iostream>
#include <string>

int main() {
    std::string line = "", other = "#";
    for (int i = 0; i < 30; ++i) {
        line = line + "ab";
        if (i % 3 == 0)
            line = line + std::to_string(i * (2 + 1)) + ',' + other;
        else
            other = other + (char)('a' + i % 26);
    }
    std::cout << line << other << "\n";
    return 0;
}
