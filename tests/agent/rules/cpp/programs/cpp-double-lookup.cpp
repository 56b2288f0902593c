#include <iostream>
#include <map>
#include <string>
#include <unordered_map>

int main() {
    std::map<std::string, int> counts;
    std::unordered_map<int, double> prices = {{1, 2.5}, {3, 4.5}};
    std::map<char, long> letters;
    std::string text = "hello world";
    for (char c : text) {
        std::string key(1, c);
        if (counts.find(key) != counts.end()) {
            counts[key] += 1;
        } else {
            counts[key] = 1;
        }
        if (letters.count(c) == 0)
            letters[c] = 1;
        else
            letters[c]++;
    }
    double sum = 0;
    for (int i = 0; i < 5; ++i) {
        if (prices.count(i)) {
            sum += prices[i] * 2;
            prices[i] = prices[i] + 1;
        } else {
            sum -= 1;
        }
    }
    for (const auto& entry : counts) std::cout << entry.first << entry.second;
    for (const auto& entry : letters) std::cout << entry.first << entry.second;
    std::cout << sum << " " << prices[3] << "\n";
    return 0;
}
