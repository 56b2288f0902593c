#include <deque>
#include <iostream>
#include <string>
#include <vector>

struct Job {
    int id;
    bool done;
};

void drop_even(std::vector<int>& v) {
    for (size_t i = 0; i < v.size();) {
        if (v[i] % 2 == 0) {
            v.erase(v.begin() + i);
        } else {
            ++i;
        }
    }
}

int main() {
    std::vector<int> numbers = {2, 4, 5, 6, 7, 9, 10, 12};
    drop_even(numbers);
    std::deque<Job> jobs = {{1, true}, {2, false}, {3, true}, {4, false}};
    for (auto it = jobs.begin(); it != jobs.end();) {
        if (it->done || (*it).id > 3)
            it = jobs.erase(it);
        else
            it++;
    }
    std::string text = "a-b--c-";
    for (std::string::iterator it = text.begin(); it != text.end();) {
        if (*it != '-') {
            ++it;
        } else {
            it = text.erase(it);
        }
    }
    for (int n : numbers) std::cout << n << " ";
    for (const Job& job : jobs) std::cout << job.id << " ";
    std::cout << text << "\n";
    return 0;
}
