#include <iostream>
#include <vector>
using namespace std;

const int M = 1000000007;

int main() {
    int n, s;
    cin >> n >> s;
    vector<int> ways(s + 1, 0);
    ways[0] = 1;
    for (int i = 0; i < n; i++) {
        int w;
        cin >> w;
        for (int left = s; left >= w; left--) {
            int sum = ways[left] + ways[left - w];
            ways[left] = sum >= M ? sum - M : sum;
        }
    }
    cout << ways[s] << endl;
    return 0;
}
