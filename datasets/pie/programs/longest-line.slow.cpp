#include <iostream>
#include <string>
using namespace std;

int main() {
    int n, d;
    cin >> n >> d;
    string line = "";
    for (int i = 0; i < n; i++) {
        string word;
        cin >> word;
        char c = word[0];
        if (c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u') line = line + "*";
        line = line + word;
    }
    for (int i = 0; i < d && !line.empty(); i++) line.erase(0, 1);
    cout << line.size() << endl;
    for (char c = 'a'; c <= 'z'; c++) {
        int count = 0;
        for (size_t i = 0; i < line.size(); i++)
            if (line[i] == c) count++;
        cout << count << (c == 'z' ? "\n" : " ");
    }
    return 0;
}
