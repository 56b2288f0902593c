#include <algorithm>
#include <iostream>
#include <string>
#include <vector>
using namespace std;

struct Entry {
    string word;
    int count;
};

int main() {
    int n;
    cin >> n;
    vector<Entry> entries;
    for (int i = 0; i < n; i++) {
        string word;
        cin >> word;
        bool found = false;
        for (auto &entry : entries) {
            if (entry.word == word) {
                entry.count++;
                found = true;
                break;
            }
        }
        if (!found) entries.push_back({word, 1});
    }
    sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) {
        return a.count != b.count ? a.count > b.count : a.word < b.word;
    });
    cout << entries.size() << endl;
    for (size_t i = 0; i < entries.size() && i < 10; i++)
        cout << entries[i].word << " " << entries[i].count << endl;
    return 0;
}
