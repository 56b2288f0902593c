#include <iostream>
#include <string>
#include <vector>
using namespace std;

int main() {
    int h, w, g;
    cin >> h >> w >> g;
    vector<unsigned char> alive(h * w), next(h * w);
    for (int i = 0; i < h; i++) {
        string row;
        cin >> row;
        for (int j = 0; j < w; j++) alive[i * w + j] = row[j] == '#';
    }
    while (g--) {
        int count = 0;
        for (int i = 0; i < h; i++) {
            const unsigned char *up = &alive[(i == 0 ? h - 1 : i - 1) * w];
            const unsigned char *here = &alive[i * w];
            const unsigned char *down = &alive[(i == h - 1 ? 0 : i + 1) * w];
            for (int j = 0; j < w; j++) {
                int l = j == 0 ? w - 1 : j - 1, r = j == w - 1 ? 0 : j + 1;
                int around = up[l] + up[j] + up[r] + here[l] + here[r] + down[l] + down[j] + down[r];
                unsigned char lives = around == 3 || (around == 2 && here[j]);
                next[i * w + j] = lives;
                count += lives;
            }
        }
        alive.swap(next);
        cout << count << '\n';
    }
    return 0;
}
