#include <iostream>
#include <map>
#include <numeric>
#include <string>
#include <vector>
using namespace std;

struct Point {
    std::string name;
    double x;
};

int length(std::string text);

int total(std::vector<int> values) {
    return std::accumulate(values.begin(), values.end(), 0);
}

int length(std::string text) {
    int found = 0;
    for (char c : text) found += c != ' ';
    return found + (int)text.find("b") + text[0];
}

static int lookup(map<string, vector<int>> table, const std::string key, int fallback) {
    if (table.count(key) == 0) return fallback;
    return table.at(key)[0] + (int)table.find(key)->second.size();
}

double sum_x(std::vector<Point> points, unsigned int from) {
    double sum = 0;
    for (size_t i = from; i < points.size(); i++) sum += points[i].x * points[i].name.size();
    return sum;
}

static bool is_left(Point a, Point b) { return a.x < b.x || a.name.size() > b.name.size(); }

class Shelf {
  public:
    bool has(std::string name) const { return name == best_ || name < "b"; }
    int count(std::vector<std::string> names) const;

  private:
    std::string best_ = "lamp";
};

int Shelf::count(std::vector<std::string> names) const {
    int n = 0;
    for (const auto& name : names) n += has(name);
    return n;
}

namespace {
std::string join(std::pair<std::string, std::string> parts) { return parts.first + parts.second; }
}  // namespace

int main() {
    cout << total({1, 2, 3}) << length("a bc") << lookup({{"k", {7, 8}}}, "k", -1) << "\n";
    cout << sum_x({{"ab", 2.0}, {"c", 3.5}}, 0) << Shelf().count({"lamp", "z", "a"}) << "\n";
    cout << is_left({"a", 1}, {"b", 2}) << is_left({"a", 2}, {"b", 1});
    cout << join({"x", "y"}) << "\n";
    return 0;
}
