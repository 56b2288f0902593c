#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n, seed;
    cin >> n >> seed;
    vector<int> a(n * n), b(n * n), c(n * n, 0);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            a[i * n + j] = (i * 31 + j * 17 + seed) % 101;
            b[i * n + j] = (i * 13 + j * 29 + seed) % 103;
        }
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) {
            const int left = a[i * n + k];
            const int *row = &b[k * n];
            int *out = &c[i * n];
            for (int j = 0; j < n; j++) out[j] += left * row[j];
        }
    long long trace = 0, sum = 0;
    for (int i = 0; i < n; i++) {
        trace += c[i * n + i];
        for (int j = 0; j < n; j++) sum += c[i * n + j];
    }
    cout << trace << " " << sum << endl;
    return 0;
}
