#include <algorithm>
#include <iostream>
#include <vector>
using namespace std;

int main() {
    int q;
    cin >> q;
    vector<int> asked(q);
    int top = 1;
    for (auto &n : asked) {
        cin >> n;
        top = max(top, n);
    }
    vector<int> steps(top + 1, 0), best(top + 1, 1);
    for (int i = 2; i <= top; i++) {
        long long x = i;
        int count = 0;
        while (x >= i) {
            if (x % 2) {
                x = (3 * x + 1) / 2;
                count += 2;
            } else {
                x /= 2;
                count++;
            }
        }
        steps[i] = count + steps[x];
        best[i] = steps[i] > steps[best[i - 1]] ? i : best[i - 1];
    }
    for (int n : asked) cout << best[n] << " " << steps[best[n]] << '\n';
    return 0;
}
