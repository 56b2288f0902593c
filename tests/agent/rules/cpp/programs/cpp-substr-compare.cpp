#include <iostream>
#include <string>

int main() {
    std::string line = "key=value", ending = "lue";
    bool a = line.substr(0, 4) == "key=";
    bool b = line.length() > 3 && line.substr(line.length() - 3) != ending;
    int c = line.substr(2, 99) == "y" ? 1 : 2;
    std::cout << a << b << c << (line.substr(9) == "") << "\n";
    return 0;
}
