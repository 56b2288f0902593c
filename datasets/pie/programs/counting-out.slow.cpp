#include <iostream>
#include <list>
using namespace std;

int main() {
    int n, k;
    cin >> n >> k;
    list<int> circle;
    for (int i = 1; i <= n; i++) circle.push_back(i);
    auto place = circle.begin();
    while (!circle.empty()) {
        for (int step = 1; step < k; step++) {
            ++place;
            if (place == circle.end()) place = circle.begin();
        }
        if (circle.size() <= 10) cout << *place << endl;
        place = circle.erase(place);
        if (place == circle.end()) place = circle.begin();
    }
    return 0;
}
