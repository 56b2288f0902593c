#include <iostream>
#include <map>
#include <string>
#include <vector>

std::vector<std::string> parts() { return {"x", "yy"}; }

int main() {
    std::vector<std::string> words = {"lamp", "oil"};
    std::map<std::string, std::vector<int>> table = {{"a", {1, 2}}, {"b", {}}};
    std::vector<std::vector<int>> grid = {{1, 2}, {3}};
    std::size_t total = 0;
    for (auto word : words) total += word.size();
    for (std::string word : parts()) std::cout << word << ",";
    for (auto entry : table) total += entry.first.size() + entry.second.size();
    for (auto [key, values] : table) std::cout << key << values.size() << " ";
    for (std::pair<std::string, std::vector<int>> entry : table) std::cout << entry.first;
    for (auto row : grid)
        for (auto cell : row) total += cell;
    std::cout << total << "\n";
    return 0;
}
