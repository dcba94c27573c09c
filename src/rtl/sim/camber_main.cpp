// Clock for camber_tb under Verilator.

#include <memory>

#include "Vcamber_tb.h"
#include "verilated.h"

int main(int argc, char** argv) {
    const std::unique_ptr<VerilatedContext> context{new VerilatedContext};
    context->traceEverOn(true);
    context->commandArgs(argc, argv);
    const std::unique_ptr<Vcamber_tb> tb{new Vcamber_tb{context.get()}};
    while (!context->gotFinish()) {
        context->timeInc(5);
        tb->clk = 1;
        tb->eval();
        context->timeInc(5);
        tb->clk = 0;
        tb->eval();
    }
    tb->final();
    return 0;
}
