#include <iostream>
#include <string>
#include <vector>
using namespace std;

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    string text, pattern;
    cin >> text >> pattern;
    vector<int> back(pattern.size() + 1, 0);
    for (size_t i = 1, k = 0; i < pattern.size(); i++) {
        while (k > 0 && pattern[i] != pattern[k]) k = back[k];
        if (pattern[i] == pattern[k]) k++;
        back[i + 1] = k;
    }
    int count = 0;
    size_t k = 0;
    for (char letter : text) {
        while (k > 0 && (k == pattern.size() || letter != pattern[k])) k = back[k];
        if (letter == pattern[k]) k++;
        if (k == pattern.size()) count++;
    }
    cout << count << '\n';
    return 0;
}
