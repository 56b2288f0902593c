#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n, r, seed;
    cin >> n >> r >> seed;
    vector<vector<int>> cell(n, vector<int>(n));
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) cell[i][j] = (i * 1103 + j * 12345 + seed) % 1009;
    while (r--) {
        for (int j = 0; j < n; j++) {
            long long sum = 0;
            for (int i = 0; i < n; i++) sum += cell[i][j];
            for (int i = 0; i < n; i++) cell[i][j] = (cell[i][j] + sum) % 1009;
        }
    }
    long long total = 0;
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++) total += cell[i][j];
    cout << total << endl;
    return 0;
}
