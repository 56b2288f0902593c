#include <iostream>
using namespace std;

int main() {
    int q;
    cin >> q;
    while (q--) {
        int n, best = 1, most = 0;
        cin >> n;
        for (int i = 1; i <= n; i++) {
            int steps = 0;
            for (long long x = i; x != 1; steps++) x = x % 2 ? 3 * x + 1 : x / 2;
            if (steps > most) {
                most = steps;
                best = i;
            }
        }
        cout << best << " " << most << endl;
    }
    return 0;
}
