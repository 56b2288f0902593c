#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>

#include "text.hpp"

static std::string made(int words, std::uint32_t state) {
  std::string text;
  for (int i = 0; i < words; i++) {
    state = state * 1103515245u + 12345u;
    int letters = 2 + (state >> 24) % 4;
    for (int k = 0; k < letters; k++) text += "Aeinrst lo"[(state >> (4 + 4 * k)) % 10];
    text += i % 9 == 8 ? ".\n" : " ";
  }
  return text;
}

int main(int argc, char** argv) {
  std::string text;
  if (argc == 3) {
    text = made(std::atoi(argv[1]), std::atoi(argv[2]));
  } else {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  }
  Words words = split(text);
  std::size_t shown = 0;
  for (auto entry : counted(words)) {
    if (shown++ == 10) break;
    std::printf("%6d %s\n", entry.second, entry.first.c_str());
  }
  std::printf("mirror %s\nordered %ld\n", mirror(words).c_str(), ordered(words));
  std::printf("spread %.12g\n", spread(words));
  return 0;
}
