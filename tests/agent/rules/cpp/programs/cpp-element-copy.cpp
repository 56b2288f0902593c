#include <iostream>
#include <map>
#include <string>
#include <vector>

int main() {
    std::vector<std::vector<int>> grid = {{1, 2, 3}, {4, 5, 6}};
    std::map<std::string, std::string> names = {{"a", "anna"}};
    int total = 0;
    for (size_t r = 0; r < grid.size(); ++r) {
        auto row = grid[r];
        for (size_t c = 0; c < row.size(); ++c) total += row[c];
        std::vector<int> first = grid.front();
        total += first[0];
    }
    std::string name = names.at("a");
    auto all = grid;
    std::cout << total << name << all.size() << "\n";
    return 0;
}
