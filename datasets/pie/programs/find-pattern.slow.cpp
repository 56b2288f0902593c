#include <iostream>
#include <string>
using namespace std;

int main() {
    string text, pattern;
    cin >> text >> pattern;
    int count = 0;
    for (size_t i = 0; i + pattern.size() <= text.size(); i++)
        if (text.substr(i, pattern.size()) == pattern) count++;
    cout << count << endl;
    return 0;
}
