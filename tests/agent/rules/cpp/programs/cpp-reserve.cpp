#include <iostream>
#include <string>
#include <vector>

std::vector<int> squares(int n) {
    std::vector<int> result;
    for (int i = 0; i < n; i++) {
        result.push_back(i * i);
    }
    return result;
}

int main() {
    std::vector<std::string> words = {"a", "bb", "ccc"};
    std::vector<std::size_t> sizes;
    for (const auto& word : words) sizes.push_back(word.size());
    std::vector<std::pair<int, int>> pairs;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        int twice = 2 * static_cast<int>(sizes[i]);
        pairs.emplace_back(twice, 1);
    }
    for (int n : {-3, 0, 5}) std::cout << squares(n).size() << " ";
    std::cout << sizes.back() << " " << pairs.size() << "\n";
    return 0;
}
