#include <algorithm>
#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<int> tails;
    for (int i = 0; i < n; i++) {
        int x;
        cin >> x;
        auto place = lower_bound(tails.begin(), tails.end(), x);
        if (place == tails.end())
            tails.push_back(x);
        else
            *place = x;
    }
    cout << tails.size() << endl;
    return 0;
}
