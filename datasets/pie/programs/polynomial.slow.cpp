#include <iostream>
#include <vector>
using namespace std;

const long long M = 1000000007;

long long power(long long x, int n) {
    if (n == 0) return 1;
    long long half = power(x, n / 2);
    long long square = half * half % M;
    return n % 2 ? square * x % M : square;
}

int main() {
    int d, q;
    cin >> d >> q;
    vector<long long> c(d + 1);
    for (auto &one : c) cin >> one;
    while (q--) {
        long long x, value = 0;
        cin >> x;
        for (int i = 0; i <= d; i++) value = (value + c[i] * power(x, i)) % M;
        cout << value << endl;
    }
    return 0;
}
