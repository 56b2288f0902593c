#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

int main() {
    std::map<std::string, int> counts;
    std::set<long long> seen;
    std::map<int, std::vector<int>> groups;
    for (int i = 0; i < 500; ++i) {
        counts[std::to_string(i % 17)]++;
        seen.insert(i % 41LL);
        if (seen.find(i) == seen.end()) counts["miss"] += 1;
        groups[i % 5].push_back(i);
    }
    std::vector<std::pair<std::string, int>> rows;
    for (const auto& entry : counts) {
        if (entry.second > 1) rows.push_back(entry);
    }
    std::sort(rows.begin(), rows.end());
    for (const auto& row : rows) std::cout << row.first << "=" << row.second << " ";
    std::cout << seen.size() << " " << seen.count(40) << " " << groups[3].size() << "\n";
    return 0;
}
