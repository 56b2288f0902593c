#include <algorithm>
#include <iostream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>
using namespace std;

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    int n;
    cin >> n;
    unordered_map<string, int> counts;
    string word;
    for (int i = 0; i < n; i++) {
        cin >> word;
        counts[word]++;
    }
    vector<pair<string, int>> entries(counts.begin(), counts.end());
    sort(entries.begin(), entries.end(), [](const auto &a, const auto &b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    cout << entries.size() << '\n';
    for (size_t i = 0; i < entries.size() && i < 10; i++)
        cout << entries[i].first << ' ' << entries[i].second << '\n';
    return 0;
}
