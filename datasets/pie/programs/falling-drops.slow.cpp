#include <iostream>
#include <list>
#include <string>
using namespace std;

struct Drop {
    string name;
    long long height;
    double colour[8];
    long long speed;
    long long falls;
    char notes[64];
};

int main() {
    int n, s;
    cin >> n >> s;
    list<Drop> drops;
    for (int i = 0; i < n; i++) {
        Drop drop;
        drop.name = "drop number " + to_string(i);
        cin >> drop.height >> drop.speed;
        drop.falls = 0;
        drops.push_back(drop);
    }
    for (int step = 0; step < s; step++)
        for (Drop &drop : drops) {
            drop.height -= drop.speed;
            if (drop.height <= 0) {
                drop.height += 1000003;
                drop.falls++;
            }
        }
    long long height = 0, falls = 0;
    for (const Drop &drop : drops) {
        height += drop.height;
        falls += drop.falls;
    }
    cout << height << " " << falls << endl;
    return 0;
}
