#include <algorithm>
#include <iostream>
#include <map>
#include <string>
using namespace std;

string a, b;
map<pair<int, int>, int> memo;

int distance_of(int i, int j) {
    if (i == 0) return j;
    if (j == 0) return i;
    auto known = memo.find({i, j});
    if (known != memo.end()) return known->second;
    int best;
    if (a[i - 1] == b[j - 1])
        best = distance_of(i - 1, j - 1);
    else
        best = 1 + min({distance_of(i - 1, j), distance_of(i, j - 1), distance_of(i - 1, j - 1)});
    memo[{i, j}] = best;
    return best;
}

int main() {
    cin >> a >> b;
    cout << distance_of(a.size(), b.size()) << endl;
    return 0;
}
