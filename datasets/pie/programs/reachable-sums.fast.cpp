#include <bitset>
#include <iostream>
using namespace std;

const int MOST = 200000;
static bitset<MOST + 1> sums;

int main() {
    int n, s;
    cin >> n >> s;
    sums[0] = 1;
    for (int i = 0; i < n; i++) {
        int w;
        cin >> w;
        if (w <= s) sums |= sums << w;
    }
    int count = 0, best = 0;
    for (int sum = 1; sum <= s; sum++)
        if (sums[sum]) {
            count++;
            best = sum;
        }
    cout << count << " " << best << endl;
    return 0;
}
