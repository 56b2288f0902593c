#include <cstdio>
#include <cstring>

static char text[2000001], moved[2000001];

int main() {
    if (scanf("%2000000s", text) != 1) return 1;
    int seen = 0;
    for (size_t i = 0; i < strlen(text); i++) {
        moved[i] = 'a' + (text[i] - 'a' + seen) % 26;
        moved[i + 1] = '\0';
        if (text[i] == 'a') seen++;
    }
    for (char c = 'a'; c <= 'z'; c++) {
        int count = 0;
        for (size_t i = 0; i < strlen(moved); i++)
            if (moved[i] == c) count++;
        printf("%d%c", count, c == 'z' ? '\n' : ' ');
    }
    return 0;
}
