#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n, seed;
    cin >> n >> seed;
    vector<vector<long long>> a(n, vector<long long>(n)), b = a, c = a;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            a[i][j] = (i * 31 + j * 17 + seed) % 101;
            b[i][j] = (i * 13 + j * 29 + seed) % 103;
        }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            for (int k = 0; k < n; k++) c[i][j] += a[i][k] * b[k][j];
    long long trace = 0, sum = 0;
    for (int i = 0; i < n; i++) {
        trace += c[i][i];
        for (int j = 0; j < n; j++) sum += c[i][j];
    }
    cout << trace << " " << sum << endl;
    return 0;
}
