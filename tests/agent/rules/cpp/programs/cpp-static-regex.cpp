#include <iostream>
#include <regex>
#include <string>

bool is_name(const std::string& text) {
    std::regex shape(R"(^[A-Z]\w*$)", std::regex::ECMAScript | std::regex::optimize);
    return std::regex_search(text, shape);
}

int main() {
    int found = 0;
    for (std::string text : {"Anna", "bert", "C3", "4D"}) {
        const std::regex digit{"\\d"};
        found += is_name(text) + 10 * std::regex_search(text, digit);
    }
    std::cout << found << "\n";
    return 0;
}
