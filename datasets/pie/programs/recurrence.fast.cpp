#include <iostream>
using namespace std;

const long long M = 1000000007;

struct Matrix {
    long long a, b, c, d;
};

static Matrix times(const Matrix &x, const Matrix &y) {
    return {(x.a * y.a + x.b * y.c) % M, (x.a * y.b + x.b * y.d) % M,
            (x.c * y.a + x.d * y.c) % M, (x.c * y.b + x.d * y.d) % M};
}

int main() {
    int q;
    cin >> q;
    while (q--) {
        long long a, b, n;
        cin >> a >> b >> n;
        Matrix power = {1, 0, 0, 1}, base = {a % M, b % M, 1, 0};
        for (long long left = n; left > 0; left /= 2) {
            if (left % 2) power = times(power, base);
            base = times(base, base);
        }
        cout << power.c << '\n';
    }
    return 0;
}
