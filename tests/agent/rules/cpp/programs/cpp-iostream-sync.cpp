#include <iostream>

int main() {
    long long number, total = 0;
    while (std::cin >> number) {
        total += number;
        std::cout << total << "\n";
    }
    return 0;
}
