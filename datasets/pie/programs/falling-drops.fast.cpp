#include <iostream>
#include <vector>
using namespace std;

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    int n, s;
    cin >> n >> s;
    vector<int> height(n), speed(n);
    for (int i = 0; i < n; i++) cin >> height[i] >> speed[i];
    long long falls = 0;
    for (int step = 0; step < s; step++) {
        int fell = 0;
        for (int i = 0; i < n; i++) {
            int now = height[i] - speed[i];
            int is_down = now <= 0;
            height[i] = now + is_down * 1000003;
            fell += is_down;
        }
        falls += fell;
    }
    long long total = 0;
    for (int i = 0; i < n; i++) total += height[i];
    cout << total << ' ' << falls << '\n';
    return 0;
}
