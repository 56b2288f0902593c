#include <algorithm>
#include <iostream>
#include <string>
#include <vector>
using namespace std;

int main() {
    string a, b;
    cin >> a >> b;
    vector<int> row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); j++) row[j] = j;
    for (size_t i = 1; i <= a.size(); i++) {
        int corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); j++) {
            int above = row[j];
            if (a[i - 1] == b[j - 1])
                row[j] = corner;
            else
                row[j] = 1 + min({above, row[j - 1], corner});
            corner = above;
        }
    }
    cout << row[b.size()] << endl;
    return 0;
}
