#include <iostream>
using namespace std;

const long long M = 1000000007;

int main() {
    int q;
    cin >> q;
    while (q--) {
        long long a, b, n;
        cin >> a >> b >> n;
        long long last = 0, now = 1;
        if (n == 0) {
            cout << 0 << endl;
            continue;
        }
        for (long long i = 2; i <= n; i++) {
            long long next = (a * now % M + b * last % M) % M;
            last = now;
            now = next;
        }
        cout << now << endl;
    }
    return 0;
}
