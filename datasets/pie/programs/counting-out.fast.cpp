#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n, k;
    cin >> n >> k;
    int top = 1;
    while (top * 2 <= n) top *= 2;
    vector<int> tree(n + 1);
    for (int i = 1; i <= n; i++) tree[i] = i & -i;
    long long at = 0;
    for (int left = n; left > 0; left--) {
        at = (at + k - 1) % left;
        int place = 0;
        long long rank = at + 1;
        for (int step = top; step > 0; step /= 2)
            if (place + step <= n && tree[place + step] < rank) {
                place += step;
                rank -= tree[place];
            }
        int child = place + 1;
        if (left <= 10) cout << child << '\n';
        for (int i = child; i <= n; i += i & -i) tree[i]--;
    }
    return 0;
}
