// A counter that blinks and shows a pattern on four lights.
module top(input clk, output [3:0] light);
    reg [25:0] count = 0;
    always @(posedge clk) count <= count + 1;
    assign light = count[25:22] ^ {count[3:0] & {4{count[24]}}};
endmodule
