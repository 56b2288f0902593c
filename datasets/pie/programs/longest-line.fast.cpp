#include <algorithm>
#include <iostream>
#include <string>
using namespace std;

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    int n, d;
    cin >> n >> d;
    string line, word;
    for (int i = 0; i < n; i++) {
        cin >> word;
        char c = word[0];
        if (c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u') line += '*';
        line += word;
    }
    size_t start = min<size_t>(d, line.size());
    int count[256] = {0};
    for (size_t i = start; i < line.size(); i++) count[(unsigned char)line[i]]++;
    cout << line.size() - start << '\n';
    for (char c = 'a'; c <= 'z'; c++) cout << count[(int)c] << (c == 'z' ? "\n" : " ");
    return 0;
}
