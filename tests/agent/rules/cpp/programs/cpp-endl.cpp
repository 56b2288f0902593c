#include <iostream>
using namespace std;

void table(int rows) {
    for (int i = 0; i < rows; ++i) {
        std::cout << i << ":" << std::endl;
        cout << i * i << " " << endl << endl;
    }
}

int main() {
    table(20);
    std::cout << "done" << std::endl;
    if (std::cin.eof()) std::cerr << "kept" << std::endl;
    return 0;
}
