#include <cmath>
#include <iostream>
#include <vector>
using namespace std;

double norm(const std::vector<double>& v, double mean) {
    double total = 0;
    for (size_t i = 0; i < v.size(); i++) total += std::pow(v[i] - mean, 2);
    return total;
}

int main() {
    int side = 50000;
    cout << norm({1.5, 2.5, 4.0}, 2.0) << " " << pow(side, 2) << " " << pow(side + 1, 2.0) << "\n";
    cout << 7 / pow(side - 49998, 3) << "\n";
    return 0;
}
