#include <iostream>
#include <vector>
using namespace std;

const int M = 1000000007;

int ways(vector<vector<int>> &memo, vector<int> weights, int i, int left) {
    if (left < 0) return 0;
    if (i == (int)weights.size()) return left == 0;
    if (memo[i][left] >= 0) return memo[i][left];
    int with = ways(memo, weights, i + 1, left - weights[i]);
    int without = ways(memo, weights, i + 1, left);
    return memo[i][left] = (with + without) % M;
}

int main() {
    int n, s;
    cin >> n >> s;
    vector<int> weights(n);
    for (auto &w : weights) cin >> w;
    vector<vector<int>> memo(n, vector<int>(s + 1, -1));
    cout << ways(memo, weights, 0, s) << endl;
    return 0;
}
