#include <iostream>
#include <vector>
using namespace std;

const long long M = 1000000007;

int main() {
    int d, q;
    cin >> d >> q;
    vector<long long> c(d + 1);
    for (auto &one : c) cin >> one;
    while (q--) {
        long long x, value = 0;
        cin >> x;
        for (int i = d; i >= 0; i--) value = (value * x + c[i]) % M;
        cout << value << '\n';
    }
    return 0;
}
