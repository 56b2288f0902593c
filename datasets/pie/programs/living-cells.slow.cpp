#include <iostream>
#include <map>
#include <string>
#include <utility>
using namespace std;

int main() {
    int h, w, g;
    cin >> h >> w >> g;
    map<pair<int, int>, bool> alive;
    for (int i = 0; i < h; i++) {
        string row;
        cin >> row;
        for (int j = 0; j < w; j++) alive[{i, j}] = row[j] == '#';
    }
    while (g--) {
        map<pair<int, int>, bool> next;
        int count = 0;
        for (int i = 0; i < h; i++)
            for (int j = 0; j < w; j++) {
                int around = 0;
                for (int di = -1; di <= 1; di++)
                    for (int dj = -1; dj <= 1; dj++)
                        if ((di != 0 || dj != 0) && alive[{(i + di + h) % h, (j + dj + w) % w}]) around++;
                bool lives = around == 3 || (around == 2 && alive[{i, j}]);
                next[{i, j}] = lives;
                count += lives;
            }
        alive = next;
        cout << count << endl;
    }
    return 0;
}
