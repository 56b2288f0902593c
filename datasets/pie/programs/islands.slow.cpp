#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n, m;
    cin >> n >> m;
    vector<int> group(n + 1);
    for (int i = 1; i <= n; i++) group[i] = i;
    int groups = n;
    long long total = 0;
    for (int i = 0; i < m; i++) {
        int a, b;
        cin >> a >> b;
        if (group[a] != group[b]) {
            int from = group[a], to = group[b];
            for (int j = 1; j <= n; j++)
                if (group[j] == from) group[j] = to;
            groups--;
        }
        total += groups;
    }
    cout << total << endl << groups << endl;
    return 0;
}
