#include <cstdio>
#include <cstring>

static char text[2000001];

int main() {
    if (scanf("%2000000s", text) != 1) return 1;
    int count[26] = {0};
    int seen = 0;
    const size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        count[(text[i] - 'a' + seen) % 26]++;
        if (text[i] == 'a') seen++;
    }
    for (int c = 0; c < 26; c++) printf("%d%c", count[c], c == 25 ? '\n' : ' ');
    return 0;
}
